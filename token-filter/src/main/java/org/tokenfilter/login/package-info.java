/**
 * The handling of logins: throttling, bounded concurrency, and the recheck of accounts.
 *
 * <p>Input: credentials and the address of a client. Output: the subject that an {@link
 * org.tokenfilter.credentials.Authenticator} returns, or a rejection. Start with {@link
 * org.tokenfilter.login.LoginService}, which handles the logins of all endpoints.
 */
@NullMarked
package org.tokenfilter.login;

import org.jspecify.annotations.NullMarked;
