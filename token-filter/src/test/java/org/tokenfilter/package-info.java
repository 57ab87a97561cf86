/** Tests that need more than one package, and the helpers that they share. */
@NullMarked
package org.tokenfilter;

import org.jspecify.annotations.NullMarked;
