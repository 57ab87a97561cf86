/**
 * The APIs that issue, query and end tokens: one servlet for each family of clients, to be mapped
 * wherever the application likes.
 *
 * <p>Enters: requests with credentials or tokens. Leaves: tokens, and answers about them. All guard
 * themselves, so the filter lets requests through to them. Start with {@link
 * org.tokenfilter.endpoint.AccessTokenServlet}.
 */
@NullMarked
package org.tokenfilter.endpoint;

import org.jspecify.annotations.NullMarked;
