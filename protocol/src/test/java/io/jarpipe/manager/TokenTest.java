package io.jarpipe.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jarpipe.MpAddress;
import io.jarpipe.MpSharingException;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TokenTest {
    private static final PyGlobal CLASS = new PyGlobal("multiprocessing.managers", "Token");
    private static final PyGlobal AUTO_PROXY = new PyGlobal("multiprocessing.managers", "AutoProxy");

    private static PyObject proxy(PyTuple state, String serializer) {
        PyObject token = PyObject.newObject(CLASS, PyTuple.of()).build(state);
        return PyObject.reduce(Token.REBUILD_PROXY, PyTuple.of(AUTO_PROXY, token, serializer, Map.of()));
    }

    private static MpAddress address(@Nullable Object address) throws MpSharingException {
        return Token.ofProxy(proxy(PyTuple.of("type", address, "1"), "pickle")).address();
    }

    @Test
    void reads_every_form_of_an_address() throws Exception {
        assertThat(address("/tmp/pymp-x/listener-y"))
                .isEqualTo(new MpAddress.UnixPath(Path.of("/tmp/pymp-x/listener-y")));
        assertThat(address("\0abstract".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(new MpAddress.Abstract("abstract"));
        assertThat(address(PyTuple.of("127.0.0.1", 5000L))).isEqualTo(new MpAddress.Tcp("127.0.0.1", 5000));
    }

    @Test
    void refuses_other_forms() {
        List<PyTuple> states = List.of(
                PyTuple.of(),
                PyTuple.of("type", "/a"),
                PyTuple.of(1L, "/a", "1"),
                PyTuple.of("type", "/a", 1L),
                PyTuple.of("type", "", "1"),
                PyTuple.of("type", new byte[0], "1"),
                PyTuple.of("type", PyTuple.of("host", 1L << 40), "1"),
                PyTuple.of("type", PyTuple.of("host", 70_000L), "1"),
                PyTuple.of("type", 1L, "1"));
        for (PyTuple state : states) {
            assertThatThrownBy(() -> Token.ofProxy(proxy(state, "pickle")))
                    .as(state.toString())
                    .isInstanceOf(MpSharingException.class);
        }
        assertThatThrownBy(() -> Token.ofProxy(proxy(PyTuple.of("type", "/a", "1"), "xmlrpclib")))
                .isInstanceOf(MpSharingException.class);
        assertThatThrownBy(() -> Token.ofProxy(PyObject.reduce(Token.REBUILD_PROXY, PyTuple.of())))
                .isInstanceOf(MpSharingException.class);
    }
}
