/** The form of the JSON: that of this library, of @nestjs/terminus, or of Spring Boot Actuator. */
export const JSON_SHAPES = ['vitals', 'terminus', 'spring'] as const;
export type JsonShape = (typeof JSON_SHAPES)[number];
