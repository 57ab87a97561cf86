/**
 * The filter. It decides about each request once, at the first dispatch to a protected target, and
 * renews the token if the request succeeds.
 *
 * <p>Input: requests. Output: the same requests with a {@link
 * org.tokenfilter.filter.TokenPrincipal}, or a refusal. Start with {@link
 * org.tokenfilter.filter.TokenFilter}, which passes each request to the RequestGate.
 */
@NullMarked
package org.tokenfilter.filter;

import org.jspecify.annotations.NullMarked;
