/**
 * Tokens that an attacker makes with the right key, but without the library, and the catalogue of
 * those that must be refused. The tests of the codec and those over HTTP run the same cases. Start
 * with {@link org.tokenfilter.testsupport.forgery.BaseToken}.
 */
@NullMarked
package org.tokenfilter.testsupport.forgery;

import org.jspecify.annotations.NullMarked;
