/**
 * The ways in which an application may register the filter, with one suite of behaviour over all.
 */
@NullMarked
package org.tokenfilter.registration;

import org.jspecify.annotations.NullMarked;
