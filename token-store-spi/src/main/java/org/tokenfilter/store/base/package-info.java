/**
 * The short way to a store of your own: a base class that does all of {@link
 * org.tokenfilter.store.TokenStore} over an engine that keeps sorted rows.
 *
 * <p>Input: two methods that run work in a transaction, and four that read and write rows. Output:
 * a store with all clauses of the contract. Start with {@link
 * org.tokenfilter.store.base.TransactionalTokenStore}; its Javadoc has a complete store. {@link
 * org.tokenfilter.store.base.Rows} is what an author implements. {@link
 * org.tokenfilter.store.base.RecordCodec} turns a record into bytes and back, and can be used
 * without the base class.
 */
@NullMarked
package org.tokenfilter.store.base;

import org.jspecify.annotations.NullMarked;
