/**
 * Who somebody is: a user name and a password go in, a subject comes out.
 *
 * <p>Start with {@link org.tokenfilter.credentials.Authenticator}, which teams implement, and
 * {@link org.tokenfilter.credentials.LoginDesk}, where every log-in of every endpoint passes.
 */
@NullMarked
package org.tokenfilter.credentials;

import org.jspecify.annotations.NullMarked;
