package org.tokenfilter.integration.container.annotated;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.annotation.WebInitParam;
import org.tokenfilter.filter.TokenFilter;

/** The filter, with the init-params of the sample's web.xml. */
@WebFilter(
    urlPatterns = "/*",
    asyncSupported = true,
    dispatcherTypes = {
      DispatcherType.REQUEST,
      DispatcherType.FORWARD,
      DispatcherType.INCLUDE,
      DispatcherType.ASYNC,
      DispatcherType.ERROR
    },
    initParams = {
      @WebInitParam(name = "token.paths.public", value = "/, /index.html, /public/*"),
      @WebInitParam(name = "token.gateway.paths", value = "/cra/*")
    })
public class ApiFilter extends TokenFilter {}
