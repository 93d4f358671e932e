package io.jarpipe.daemon.frontdoor;

import io.jarpipe.MpAddress;
import io.jarpipe.os.SocketFile;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A listening channel, with the file of its socket if it has one. */
final class Listener implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Listener.class.getName());
    private static final int BACKLOG = 128;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final MpAddress address;
    private final Channel channel;
    private final @Nullable SocketFile file;

    private Listener(MpAddress address, Channel channel, @Nullable SocketFile file) {
        this.address = address;
        this.channel = channel;
        this.file = file;
    }

    /** Listens at an address that is known to be free; a socket file has mode 0600 as soon as it has its name. */
    static Listener bind(ServerBootstrap bootstrap, MpAddress address) throws IOException {
        bootstrap.option(ChannelOption.SO_BACKLOG, BACKLOG);
        return switch (address) {
            case MpAddress.UnixPath(Path path) -> {
                Path temporary = SocketFile.temporary(path);
                Channel bound = bindUnix(bootstrap, temporary.toString(), address);
                yield new Listener(address, bound, publish(bound, temporary, path));
            }
            case MpAddress.Abstract(String name) ->
                new Listener(address, bindUnix(bootstrap, "\0" + name, address), null);
            case MpAddress.Tcp(String host, int port) -> {
                Channel bound = bind(
                        bootstrap.channel(EpollServerSocketChannel.class), new InetSocketAddress(host, port), address);
                int realPort = ((InetSocketAddress) bound.localAddress()).getPort();
                yield new Listener(new MpAddress.Tcp(host, realPort), bound, null);
            }
        };
    }

    private static Channel bindUnix(ServerBootstrap bootstrap, String name, MpAddress address) throws IOException {
        return bind(bootstrap.channel(EpollServerDomainSocketChannel.class), new DomainSocketAddress(name), address);
    }

    private static SocketFile publish(Channel bound, Path temporary, Path path) throws IOException {
        try {
            return SocketFile.publish(temporary, path, OWNER_ONLY);
        } catch (IOException e) {
            bound.close().awaitUninterruptibly();
            throw e;
        }
    }

    private static Channel bind(ServerBootstrap bootstrap, SocketAddress name, MpAddress address) throws IOException {
        var bound = bootstrap.bind(name).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen at " + address + ": " + bound.cause().getMessage(), bound.cause());
        }
        return bound.channel();
    }

    /** Returns where clients connect to, with the real port. */
    MpAddress address() {
        return address;
    }

    /** Accepts clients, or lets them wait in the kernel's backlog. */
    void setAccepting(boolean accepting) {
        channel.config().setAutoRead(accepting);
    }

    /** Stops listening and removes the socket's file if it is still ours. */
    @Override
    public void close() {
        if (file != null) {
            try {
                file.remove();
            } catch (IOException e) {
                LOG.log(Level.WARNING, "the socket file " + address + " could not be removed", e);
            }
        }
        channel.close().awaitUninterruptibly();
    }
}
