/**
 * Authentication: the conversion of a user name and a password, or an API key, into a subject.
 *
 * <p>Start with {@link org.tokenfilter.credentials.Authenticator}, which applications implement,
 * and {@link org.tokenfilter.credentials.LoginService}, which handles the logins of all endpoints.
 */
@NullMarked
package org.tokenfilter.credentials;

import org.jspecify.annotations.NullMarked;
