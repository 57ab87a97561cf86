/**
 * A token store in PostgreSQL, MariaDB, MySQL or H2, shared by any number of nodes.
 *
 * <p>Input: the calls of {@link org.tokenfilter.store.TokenStore} and the application's DataSource.
 * Output: guarded statements in short transactions, whose row counts and returned ids are the
 * results. The entry point is {@link org.tokenfilter.store.jdbc.JdbcTokenStore}.
 */
@NullMarked
package org.tokenfilter.store.jdbc;

import org.jspecify.annotations.NullMarked;
