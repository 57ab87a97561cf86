/**
 * The command line: makes and rotates keys, and explains tokens.
 *
 * <p>Enters: arguments, files and standard input. Leaves: words for operators, without secrets, and
 * an exit status. Start with {@link org.tokenfilter.tools.Main}; what a token is worth is judged by
 * the library itself, see {@link org.tokenfilter.tools.Explainer}.
 */
@NullMarked
package org.tokenfilter.tools;

import org.jspecify.annotations.NullMarked;
