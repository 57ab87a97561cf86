/**
 * The filter: every request is decided once, on its first dispatch to something protected, and its
 * token is renewed if it succeeds.
 *
 * <p>Enters: requests. Leaves: the same requests with a {@link
 * org.tokenfilter.filter.TokenPrincipal}, or a refusal. Start with {@link
 * org.tokenfilter.filter.TokenFilter}, whose body is the story of a request.
 */
@NullMarked
package org.tokenfilter.filter;

import org.jspecify.annotations.NullMarked;
