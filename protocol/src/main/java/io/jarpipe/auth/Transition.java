package io.jarpipe.auth;

import io.jarpipe.auth.Handshake.Role;
import io.jarpipe.auth.Handshake.State;
import java.util.List;

/**
 * One row of the handshake's table: in which role and state which good message leads where, and what is sent on the
 * way. A bad message always leads to {@link State#FAILED}, and is answered with {@code #FAILURE#} only where a response
 * was awaited.
 */
record Transition(Role role, State from, Message received, Message sent, State to) {
    /** The kinds of message. */
    enum Message {
        NOTHING,
        CHALLENGE,
        RESPONSE,
        WELCOME
    }

    /** Every transition; the listener challenges first, then the roles swap. */
    static final List<Transition> TABLE = List.of(
            new Transition(Role.LISTENER, State.NEW, Message.NOTHING, Message.CHALLENGE, State.AWAIT_RESPONSE),
            new Transition(
                    Role.LISTENER, State.AWAIT_RESPONSE, Message.RESPONSE, Message.WELCOME, State.AWAIT_CHALLENGE),
            new Transition(
                    Role.LISTENER, State.AWAIT_CHALLENGE, Message.CHALLENGE, Message.RESPONSE, State.AWAIT_WELCOME),
            new Transition(Role.LISTENER, State.AWAIT_WELCOME, Message.WELCOME, Message.NOTHING, State.DONE),
            new Transition(Role.CLIENT, State.NEW, Message.NOTHING, Message.NOTHING, State.AWAIT_CHALLENGE),
            new Transition(
                    Role.CLIENT, State.AWAIT_CHALLENGE, Message.CHALLENGE, Message.RESPONSE, State.AWAIT_WELCOME),
            new Transition(Role.CLIENT, State.AWAIT_WELCOME, Message.WELCOME, Message.CHALLENGE, State.AWAIT_RESPONSE),
            new Transition(Role.CLIENT, State.AWAIT_RESPONSE, Message.RESPONSE, Message.WELCOME, State.DONE));

    static Transition of(Role role, State from) {
        for (Transition row : TABLE) {
            if (row.role == role && row.from == from) {
                return row;
            }
        }
        throw new IllegalStateException("the handshake is over: " + from);
    }
}
