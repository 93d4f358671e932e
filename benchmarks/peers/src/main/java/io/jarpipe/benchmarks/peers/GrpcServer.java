package io.jarpipe.benchmarks.peers;

import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** A service with two unary methods, whose messages are bytes or JSON instead of protocol buffers. */
public final class GrpcServer {
    /** Decodes and encodes the messages, which is where gRPC has its place for it. */
    private static final class JsonMarshaller implements MethodDescriptor.Marshaller<Object> {
        @Override
        public InputStream stream(Object value) {
            return new ByteArrayInputStream(Json.encode(value));
        }

        @Override
        public Object parse(InputStream stream) {
            try {
                return Json.decode(stream.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Takes messages as they are. */
    private static final class RawMarshaller implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private GrpcServer() {}

    /**
     * Serves on a Unix socket.
     *
     * @param args path of the socket
     * @throws IOException if it cannot be bound
     */
    public static void main(String[] args) throws IOException {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(EpollIoHandler.newFactory());
        NettyServerBuilder.forAddress(new DomainSocketAddress(args[0]))
                .channelType(EpollServerDomainSocketChannel.class)
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                // Recommended for what never blocks: no other thread is woken.
                .directExecutor()
                .addService(ServerServiceDefinition.builder("Peer")
                        .addMethod(echo("raw", new RawMarshaller()))
                        .addMethod(echo("echo", new JsonMarshaller()))
                        .build())
                .build()
                .start();
        Lifetime.begin(args[0]);
    }

    private static <T> ServerMethodDefinition<T, T> echo(String name, MethodDescriptor.Marshaller<T> marshaller) {
        MethodDescriptor<T, T> method = MethodDescriptor.<T, T>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName("Peer/" + name)
                .setRequestMarshaller(marshaller)
                .setResponseMarshaller(marshaller)
                .build();
        return ServerMethodDefinition.create(method, ServerCalls.asyncUnaryCall((request, response) -> {
            response.onNext(request);
            response.onCompleted();
        }));
    }
}
