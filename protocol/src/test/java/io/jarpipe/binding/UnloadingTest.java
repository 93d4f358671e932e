package io.jarpipe.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.jarpipe.PyClass;
import io.jarpipe.PyEnum;
import io.jarpipe.PyGlobal;
import io.jarpipe.PyObject;
import io.jarpipe.PyTuple;
import io.jarpipe.pickle.RazorvineCodec;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The classes of a worker go when it ends: nothing that was found out about them keeps them. */
@Timeout(60)
final class UnloadingTest {
    @PyClass("m.Tree")
    record Tree(Kind kind, List<Tree> children) {}

    @PyClass("m.Kind")
    enum Kind implements PyEnum {
        LEAF;

        @Override
        public Object pyValue() {
            return 1;
        }
    }

    /** Loads this test's classes anew, as the loader of a worker does. */
    private static final class Loader extends ClassLoader {
        Loader() {
            super(UnloadingTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(UnloadingTest.class.getName() + "$")) {
                return super.loadClass(name, resolve);
            }
            Class<?> known = findLoadedClass(name);
            return known != null ? known : define(name);
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = file.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }

    private static PyObject kind() {
        return PyObject.reduce(new PyGlobal("m", "Kind"), PyTuple.of(1L));
    }

    private static PhantomReference<ClassLoader> use(ReferenceQueue<ClassLoader> gone) throws Exception {
        Loader loader = new Loader();
        Class<?> type = loader.loadClass(Tree.class.getName());
        assertThat(type).isNotEqualTo(Tree.class);
        PyObject leaf = PyObject.reduce(new PyGlobal("m", "Tree"), PyTuple.of(kind(), List.of()));
        PyObject tree = PyObject.reduce(new PyGlobal("m", "Tree"), PyTuple.of(kind(), List.of(leaf)));
        Object record = Converters.of(type).convert(tree, "tree");
        assertThat(record).isInstanceOf(type);
        RazorvineCodec codec = new RazorvineCodec();
        assertThat(codec.decode(codec.encode(record))).isEqualTo(tree);
        return new PhantomReference<>(loader, gone);
    }

    @Test
    void classes_are_not_kept() throws Exception {
        ReferenceQueue<ClassLoader> gone = new ReferenceQueue<>();
        PhantomReference<ClassLoader> loader = use(gone);
        Object found = null;
        while (found == null) {
            System.gc();
            found = gone.remove(50);
        }
        assertThat(found).isSameAs(loader);
    }
}
