package org.tokenfilter.config;

/**
 * Marks a servlet that decides by itself who may use it. The filter lets requests through to it, by
 * the name of the matched servlet and never by comparing paths.
 */
public interface GuardsItself {}
