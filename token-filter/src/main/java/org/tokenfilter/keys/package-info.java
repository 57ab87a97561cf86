/**
 * The keys that encrypt tokens, and the file that has them.
 *
 * <p>Input: a key file, or keys that an application supplies. Output: a {@link
 * org.tokenfilter.keys.KeyRing}. Start with {@link org.tokenfilter.keys.JwkSetFile}.
 */
@NullMarked
package org.tokenfilter.keys;

import org.jspecify.annotations.NullMarked;
