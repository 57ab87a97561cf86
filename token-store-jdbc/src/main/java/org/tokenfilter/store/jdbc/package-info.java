/**
 * Keeps token records in PostgreSQL, MariaDB, MySQL or H2, for any number of nodes.
 *
 * <p>Enters: the calls of {@link org.tokenfilter.store.TokenStore}, and the application's
 * DataSource. Leaves: guarded statements in short transactions; their row counts and returned ids
 * are the answers. Start with {@link org.tokenfilter.store.jdbc.JdbcTokenStore}.
 */
@NullMarked
package org.tokenfilter.store.jdbc;

import org.jspecify.annotations.NullMarked;
