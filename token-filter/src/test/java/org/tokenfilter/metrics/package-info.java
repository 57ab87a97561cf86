/** Tests of the meters in a registry, and of their removal when the application stops. */
@NullMarked
package org.tokenfilter.metrics;

import org.jspecify.annotations.NullMarked;
