/** The part around a file of `ops`: everything that nginx writes goes into the folder, which has that file as `orders.conf`. */
export function mainConfiguration(folder: string): string;
