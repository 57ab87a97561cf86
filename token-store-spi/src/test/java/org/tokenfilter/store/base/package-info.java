/** Tests of the base class of stores and of its codec. */
@NullMarked
package org.tokenfilter.store.base;

import org.jspecify.annotations.NullMarked;
