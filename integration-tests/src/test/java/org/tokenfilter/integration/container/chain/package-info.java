/** A web application whose pages take the steps that a request specifies: see DispatchChain. */
@NullMarked
package org.tokenfilter.integration.container.chain;

import org.jspecify.annotations.NullMarked;
