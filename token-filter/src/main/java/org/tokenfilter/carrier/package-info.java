/**
 * Extraction of tokens from requests, and the error responses: tokens and session ids in headers
 * and cookies, the client's address, the cross-site guard, challenges and problem details.
 *
 * <p>Input: a request. Output: a {@link org.tokenfilter.token.PresentedToken}, or a response. Start
 * with {@link org.tokenfilter.carrier.RequestTokenReader}; the error responses are in {@link
 * org.tokenfilter.carrier.Problems}. Nothing in this package decides whether a token is valid.
 */
@NullMarked
package org.tokenfilter.carrier;

import org.jspecify.annotations.NullMarked;
