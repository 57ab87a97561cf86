/**
 * Helpers that tests of several modules share: an application on Jetty and clients of it, accounts,
 * forged tokens, captured log lines. They use the contract of a store and its kit, but no other
 * class of the library.
 */
@NullMarked
package org.tokenfilter.testsupport;

import org.jspecify.annotations.NullMarked;
