/**
 * What the library asks of a token store, and the store that keeps everything in memory.
 *
 * <p>Enters: records and commands, each with the caller's time. Leaves: records, and the ids that a
 * command changed. Start with {@link org.tokenfilter.store.TokenStore}; its Javadoc is the
 * contract, in clauses S1 to S18. {@link org.tokenfilter.store.InMemoryTokenStore} keeps them all
 * and is short enough to read.
 */
@NullMarked
package org.tokenfilter.store;

import org.jspecify.annotations.NullMarked;
