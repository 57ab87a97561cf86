/**
 * The command line: creates and rotates keys, and explains tokens.
 *
 * <p>Input: arguments, files and standard input. Output: text for operators, without secrets, and
 * an exit status. Start with {@link org.tokenfilter.tools.Main}. Tokens are validated by the
 * library itself, see {@link org.tokenfilter.tools.Explainer}.
 */
@NullMarked
package org.tokenfilter.tools;

import org.jspecify.annotations.NullMarked;
