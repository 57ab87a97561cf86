/**
 * The filter. It decides about each request once, at the first dispatch to a protected target, and
 * renews the token if the request succeeds.
 *
 * <p>The story of a request:
 *
 * <ol>
 *   <li>{@link org.tokenfilter.filter.TokenFilter} is called for each dispatch, and passes it to
 *       the RequestGate.
 *   <li>The RequestGate lets a dispatch to a public target pass, as PublicTargets knows them. An
 *       AuthenticatedRequest with a DeferredAuthentication finds the user only if the page asks.
 *   <li>At the first dispatch to a protected target the AccessDecider reads the token, has it
 *       validated, and makes the Decision, which is stored in the request. Later dispatches follow
 *       it.
 *   <li>A granted request passes as an AuthenticatedRequest, with a {@link
 *       org.tokenfilter.filter.TokenPrincipal}. A denied one is answered by the DenialHandler.
 *   <li>RequestCompletion renews the token when the request has succeeded, and closes the session
 *       that a request to the service gateway has for itself.
 * </ol>
 *
 * <p>Input: requests. Output: the same requests with their users, or refusals.
 */
@NullMarked
package org.tokenfilter.filter;

import org.jspecify.annotations.NullMarked;
