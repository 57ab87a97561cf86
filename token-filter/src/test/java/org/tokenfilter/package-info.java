/** Tests that need more than one room, and what they share. */
@NullMarked
package org.tokenfilter;

import org.jspecify.annotations.NullMarked;
