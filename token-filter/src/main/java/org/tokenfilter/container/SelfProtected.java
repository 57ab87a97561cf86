package org.tokenfilter.container;

/**
 * A marker of servlets that check access themselves. The token filter passes their requests on. It
 * identifies them by the name of the matched servlet, never by comparing paths.
 */
public interface SelfProtected {}
