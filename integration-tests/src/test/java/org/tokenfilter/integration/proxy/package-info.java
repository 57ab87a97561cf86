/** Tests of the recipes of docs/proxies.md, each with its proxy in front of two nodes. */
@NullMarked
package org.tokenfilter.integration.proxy;

import org.jspecify.annotations.NullMarked;
