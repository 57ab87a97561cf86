/**
 * The compatibility kit for token stores: the contract of a token store as tests, which the author
 * of a store inherits by extending one class.
 *
 * <p>Input: two store objects on the same data. Output: test results, named by the clauses S1 to
 * S22. Start with {@link org.tokenfilter.store.tck.TokenStoreContract}. The package also has test
 * doubles for applications: a clock that can be set, a store that fails on demand, and one that
 * forwards all calls.
 */
@NullMarked
package org.tokenfilter.store.tck;

import org.jspecify.annotations.NullMarked;
