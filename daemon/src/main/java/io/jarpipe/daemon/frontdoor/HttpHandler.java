package io.jarpipe.daemon.frontdoor;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.ReadTimeoutException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.TreeSet;

/** Finds the page that one request asks for, writes it, and closes the connection. */
final class HttpHandler extends SimpleChannelInboundHandler<HttpObject> {
    private static final System.Logger LOG = System.getLogger(HttpHandler.class.getName());

    private final Map<String, HttpDoor.Page> pages;
    private boolean asked;

    HttpHandler(Map<String, HttpDoor.Page> pages) {
        this.pages = pages;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
        if (!(part instanceof HttpRequest request) || asked) {
            return; // the body of a request, or what was sent after it
        }
        asked = true;
        boolean head = request.method().equals(HttpMethod.HEAD);
        if (request.decoderResult().isFailure()) {
            write(context, HttpDoor.Reply.text(400, "this is no HTTP request"), false);
            return;
        }
        if (!head && !request.method().equals(HttpMethod.GET)) {
            write(context, HttpDoor.Reply.text(405, "only GET and HEAD are answered"), false);
            return;
        }
        String path = request.uri().split("\\?", 2)[0];
        HttpDoor.Page page = pages.get(path);
        if (page == null) {
            write(context, HttpDoor.Reply.text(404, "there are " + new TreeSet<>(pages.keySet())), head);
            return;
        }
        page.answer()
                .whenCompleteAsync((reply, failure) -> answer(context, path, reply, failure, head), context.executor());
    }

    private static void answer(
            ChannelHandlerContext context, String path, HttpDoor.Reply reply, Throwable failure, boolean head) {
        if (failure != null) {
            LOG.log(Level.ERROR, path + " could not be answered", failure);
        }
        write(context, failure == null ? reply : HttpDoor.Reply.text(500, "the daemon's log says why"), head);
    }

    private static void write(ChannelHandlerContext context, HttpDoor.Reply reply, boolean head) {
        ByteBuf body = head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(reply.body());
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(reply.status()), body);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, reply.contentType())
                .set(HttpHeaderNames.CONTENT_LENGTH, reply.body().length)
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        switch (cause) {
            case ReadTimeoutException e -> LOG.log(Level.DEBUG, "an HTTP client took too long: closed");
            case IOException e -> LOG.log(Level.DEBUG, "an HTTP client broke off", e);
            default -> LOG.log(Level.ERROR, "an HTTP request failed", cause);
        }
        context.close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }
}
