package org.tokenfilter.registration;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.annotation.WebInitParam;
import org.tokenfilter.filter.TokenFilter;

/** A token filter that an application registers by annotation. */
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
    initParams = @WebInitParam(name = "token.paths.public", value = "/public/*"))
public class AnnotatedFilter extends TokenFilter {}
