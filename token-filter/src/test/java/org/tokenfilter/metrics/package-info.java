/** What an operator sees in a registry, and what is left in it when the application is gone. */
@NullMarked
package org.tokenfilter.metrics;

import org.jspecify.annotations.NullMarked;
