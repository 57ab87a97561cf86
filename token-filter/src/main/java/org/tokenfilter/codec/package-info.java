/**
 * Turns claims into tokens and back: compact JWE (RFC 7516) with a shared key, and nothing else.
 *
 * <p>Enters: whatever a client sent. Leaves: claims that we wrote ourselves, or a refusal. Start
 * with {@link org.tokenfilter.codec.JweTokenCodec}; keys come from a {@link
 * org.tokenfilter.codec.JwkSetFile}. No other room sees the cryptography library.
 */
@NullMarked
package org.tokenfilter.codec;

import org.jspecify.annotations.NullMarked;
