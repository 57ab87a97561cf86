/**
 * The APIs that issue, query and revoke tokens: one servlet for each family of clients, at a path
 * of the application's choice.
 *
 * <p>Input: requests with credentials or tokens. Output: tokens and responses about them. All
 * endpoints check the access by themselves, so the filter lets requests to them pass. Start with
 * {@link org.tokenfilter.endpoint.AccessTokenServlet}.
 */
@NullMarked
package org.tokenfilter.endpoint;

import org.jspecify.annotations.NullMarked;
