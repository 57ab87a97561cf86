package org.tokenfilter.registration;

import jakarta.servlet.annotation.WebFilter;
import org.tokenfilter.endpoint.ServiceGatewayFilter;

/** A service gateway that an application registers by annotation. */
@WebFilter(
    filterName = "service-gateway",
    urlPatterns = {"/cra/serviceGateway/services/*", "/cra/ServiceGateway/Services/*"},
    asyncSupported = true)
public class AnnotatedGateway extends ServiceGatewayFilter {}
