/**
 * Authentication: the conversion of a user name and a password, or an API key, into a subject.
 *
 * <p>Start with {@link org.tokenfilter.credentials.Authenticator}, which applications implement.
 */
@NullMarked
package org.tokenfilter.credentials;

import org.jspecify.annotations.NullMarked;
