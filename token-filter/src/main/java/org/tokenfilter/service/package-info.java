/**
 * The life cycle of a token: issue, validation, renewal on use, revocation or expiry, deletion.
 *
 * <p>The input is what a request presents. The output is an active token or a rejection, and calls
 * of the store. This package is independent of HTTP. Its entry point is {@link
 * org.tokenfilter.service.TokenService}, whose rules come from a {@link
 * org.tokenfilter.policy.TokenPolicy}.
 */
@NullMarked
package org.tokenfilter.service;

import org.jspecify.annotations.NullMarked;
