/**
 * The life of a token: issued, found good, renewed when used, ended, forgotten.
 *
 * <p>Enters: what a request presents. Leaves: an active token, or a refusal; and commands to the
 * store. Knows nothing of HTTP. Start with {@link org.tokenfilter.service.TokenService}; its rules
 * come from a {@link org.tokenfilter.service.TokenPolicy}.
 */
@NullMarked
package org.tokenfilter.service;

import org.jspecify.annotations.NullMarked;
