/**
 * The protocol of the service gateway: its tokens, its paths, and the sessions of its requests.
 *
 * <p>Input: a request to a service, or to the gateway itself. Output: its token, its verb, and the
 * session that it uses, opens or closes. The filter calls it for requests to services, and the
 * endpoint {@code ServiceGatewayFilter} for those to the gateway. Start with {@link
 * org.tokenfilter.gateway.GatewaySession}.
 */
@NullMarked
package org.tokenfilter.gateway;

import org.jspecify.annotations.NullMarked;
