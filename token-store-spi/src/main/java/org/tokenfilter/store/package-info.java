/**
 * The service provider interface of token stores, and a store that keeps all records in memory.
 *
 * <p>Input: records and commands, each with the caller's time. Output: records, and the ids that a
 * command changed. Start with {@link org.tokenfilter.store.TokenStore}; its Javadoc is the
 * contract, in clauses S1 to S22. {@link org.tokenfilter.store.InMemoryTokenStore} implements all
 * of them and is short enough to read.
 */
@NullMarked
package org.tokenfilter.store;

import org.jspecify.annotations.NullMarked;
