/**
 * Strict readers of the encodings that tokens, key files and requests use: JSON and base64url.
 *
 * <p>Input: text or bytes from any source. Output: the content, or a failure. Start with {@link
 * org.tokenfilter.encoding.StrictJson} and {@link org.tokenfilter.encoding.Base64Url}.
 */
@NullMarked
package org.tokenfilter.encoding;

import org.jspecify.annotations.NullMarked;
