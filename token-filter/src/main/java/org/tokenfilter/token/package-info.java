/**
 * The value types that all other packages share: a subject, a presented token, an issued token, and
 * the reason for a rejection.
 *
 * <p>Nothing in this package uses the time, randomness or a servlet, except that a {@link
 * org.tokenfilter.token.SessionId} takes its bytes from a given source. Secrets are never part of a
 * {@code toString()}. Start with {@link org.tokenfilter.token.PresentedToken}, the input of the
 * validation, and {@link org.tokenfilter.token.ActiveToken}, its output.
 */
@NullMarked
package org.tokenfilter.token;

import org.jspecify.annotations.NullMarked;
