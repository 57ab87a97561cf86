package org.tokenfilter.token;

/**
 * A session that was opened for a user token.
 *
 * @param id the session id by which the client continues to use the session; secret
 * @param token the user token, used in that session
 */
public record OpenedSession(SessionId id, ActiveToken token) {}
