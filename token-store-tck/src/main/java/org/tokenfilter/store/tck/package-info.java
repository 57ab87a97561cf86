/**
 * The contract of a token store as tests: whoever writes a store extends one class and inherits
 * them all.
 *
 * <p>Enters: two store objects on the same data. Leaves: test results, named by the clauses S1 to
 * S18. Start with {@link org.tokenfilter.store.tck.TokenStoreContract}. Beside it, for anyone's
 * tests: a clock that can be set, and a store that fails when it is told to.
 */
@NullMarked
package org.tokenfilter.store.tck;

import org.jspecify.annotations.NullMarked;
