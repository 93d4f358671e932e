package io.jarpipe.pickle;

import io.jarpipe.PyGlobal;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Translates the Python 2 names that CPython writes into pickles of protocols 0 to 2, as its own unpickler does for
 * these protocols. Source: CPython 3.8 - 3.15 {@code Lib/_compat_pickle.py}.
 */
final class Python2Names {
    private static final Map<String, String> MODULES = new HashMap<>();
    private static final Map<PyGlobal, PyGlobal> NAMES = new HashMap<>();
    private static final Set<String> CONTEXT_ERRORS =
            Set.of("AuthenticationError", "BufferTooShort", "ProcessError", "TimeoutError");

    /** Lines of: old module, new module. */
    private static final String MODULE_TABLE = """
            BaseHTTPServer http.server
            CGIHTTPServer http.server
            ConfigParser configparser
            Cookie http.cookies
            Dialog tkinter.dialog
            DocXMLRPCServer xmlrpc.server
            FileDialog tkinter.filedialog
            HTMLParser html.parser
            Queue queue
            ScrolledText tkinter.scrolledtext
            SimpleDialog tkinter.simpledialog
            SimpleHTTPServer http.server
            SimpleXMLRPCServer xmlrpc.server
            SocketServer socketserver
            StringIO io
            Tix tkinter.tix
            Tkconstants tkinter.constants
            Tkdnd tkinter.dnd
            Tkinter tkinter
            UserDict collections
            UserList collections
            UserString collections
            __builtin__ builtins
            _abcoll collections.abc
            _elementtree xml.etree.ElementTree
            _winreg winreg
            anydbm dbm
            cPickle pickle
            cStringIO io
            commands subprocess
            cookielib http.cookiejar
            copy_reg copyreg
            dbhash dbm.bsd
            dbm dbm.ndbm
            dumbdbm dbm.dumb
            dummy_thread _dummy_thread
            gdbm dbm.gnu
            htmlentitydefs html.entities
            httplib http.client
            markupbase _markupbase
            repr reprlib
            robotparser urllib.robotparser
            test.test_support test.support
            thread _thread
            tkColorChooser tkinter.colorchooser
            tkCommonDialog tkinter.commondialog
            tkFileDialog tkinter.filedialog
            tkFont tkinter.font
            tkMessageBox tkinter.messagebox
            tkSimpleDialog tkinter.simpledialog
            ttk tkinter.ttk
            urllib2 urllib.request
            urlparse urllib.parse
            whichdb dbm
            xmlrpclib xmlrpc.client
            """;

    /** Lines of: old module, old name, new module, new name. */
    private static final String NAME_TABLE = """
            UserDict IterableUserDict collections UserDict
            UserDict UserDict collections UserDict
            UserList UserList collections UserList
            UserString UserString collections UserString
            __builtin__ basestring builtins str
            __builtin__ intern sys intern
            __builtin__ long builtins int
            __builtin__ reduce functools reduce
            __builtin__ unichr builtins chr
            __builtin__ unicode builtins str
            __builtin__ xrange builtins range
            _multiprocessing Connection multiprocessing.connection Connection
            _socket fromfd socket fromfd
            itertools ifilter builtins filter
            itertools ifilterfalse itertools filterfalse
            itertools imap builtins map
            itertools izip builtins zip
            itertools izip_longest itertools zip_longest
            multiprocessing.forking Popen multiprocessing.popen_fork Popen
            multiprocessing.process Process multiprocessing.context Process
            socket _socketobject socket SocketType
            urllib ContentTooShortError urllib.error ContentTooShortError
            urllib getproxies urllib.request getproxies
            urllib pathname2url urllib.request pathname2url
            urllib quote urllib.parse quote
            urllib quote_plus urllib.parse quote_plus
            urllib unquote urllib.parse unquote
            urllib unquote_plus urllib.parse unquote_plus
            urllib url2pathname urllib.request url2pathname
            urllib urlcleanup urllib.request urlcleanup
            urllib urlencode urllib.parse urlencode
            urllib urlopen urllib.request urlopen
            urllib urlretrieve urllib.request urlretrieve
            urllib2 HTTPError urllib.error HTTPError
            urllib2 URLError urllib.error URLError
            whichdb whichdb dbm whichdb
            """;

    static {
        MODULE_TABLE.lines().map(line -> line.split(" ")).forEach(pair -> MODULES.put(pair[0], pair[1]));
        NAME_TABLE
                .lines()
                .map(line -> line.split(" "))
                .forEach(row -> NAMES.put(new PyGlobal(row[0], row[1]), new PyGlobal(row[2], row[3])));
    }

    private Python2Names() {}

    static PyGlobal translate(PyGlobal old) {
        PyGlobal renamed = NAMES.get(old);
        if (renamed != null) {
            return renamed;
        }
        if (old.module().equals("exceptions")) {
            return new PyGlobal("builtins", old.qualname().equals("StandardError") ? "Exception" : old.qualname());
        }
        if (old.module().equals("multiprocessing") && CONTEXT_ERRORS.contains(old.qualname())) {
            return new PyGlobal("multiprocessing.context", old.qualname());
        }
        return new PyGlobal(MODULES.getOrDefault(old.module(), old.module()), old.qualname());
    }
}
