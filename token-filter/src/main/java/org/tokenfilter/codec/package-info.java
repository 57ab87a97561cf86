/**
 * Conversion between claims and tokens in the form of compact JWE (RFC 7516) with a shared key.
 *
 * <p>The input is any text that a client sent. The output is claims that a holder of the key wrote,
 * or a rejection. Start with {@link org.tokenfilter.codec.JweTokenCodec}; the keys are those of a
 * {@link org.tokenfilter.keys.KeyRing}. No other package uses the cryptography library.
 */
@NullMarked
package org.tokenfilter.codec;

import org.jspecify.annotations.NullMarked;
