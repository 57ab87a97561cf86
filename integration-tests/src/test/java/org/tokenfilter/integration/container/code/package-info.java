/** The sample's filters and token APIs, registered in code. */
@NullMarked
package org.tokenfilter.integration.container.code;

import org.jspecify.annotations.NullMarked;
