package org.tokenfilter.token;

/**
 * A session that was opened for its user token.
 *
 * @param id what its client goes on in it by; secret
 * @param token the user token, used in that session
 */
public record OpenedSession(SessionId id, ActiveToken token) {}
