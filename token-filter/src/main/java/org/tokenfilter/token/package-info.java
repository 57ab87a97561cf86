/**
 * The values that all other rooms speak in: who somebody is, what a request presents, what it gets,
 * and why it is refused.
 *
 * <p>Nothing here asks for the time, for randomness or for a servlet. Secrets are never part of a
 * {@code toString()}. Start with {@link org.tokenfilter.token.PresentedToken}, which goes in, and
 * {@link org.tokenfilter.token.ActiveToken}, which comes out.
 */
@NullMarked
package org.tokenfilter.token;

import org.jspecify.annotations.NullMarked;
