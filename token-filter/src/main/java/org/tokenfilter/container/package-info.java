/**
 * The connection of the library with the servlet container: its order of filters, and the marks by
 * which filters, servlets and access logs find the decisions of the library.
 *
 * <p>Input: a ServletContext or a request. Output: the filters that run before the token filter,
 * and attributes of requests. Start with {@link org.tokenfilter.container.FilterWatch}.
 */
@NullMarked
package org.tokenfilter.container;

import org.jspecify.annotations.NullMarked;
