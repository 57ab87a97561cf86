/**
 * How a request carries things, and how a refusal is told: tokens and session ids in headers and
 * cookies, the client's address, the cross-site guard, challenges and problem details.
 *
 * <p>Enters: a request. Leaves: a {@link org.tokenfilter.token.PresentedToken}; and answers. Start
 * with {@link org.tokenfilter.carrier.TokenCarrier}; what a refusal looks like is in {@link
 * org.tokenfilter.carrier.Problems}. Nothing here knows whether a token is good.
 */
@NullMarked
package org.tokenfilter.carrier;

import org.jspecify.annotations.NullMarked;
