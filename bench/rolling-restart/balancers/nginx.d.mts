/** The main configuration around a file of `ops`, which the folder contains as `orders.conf`. All files that nginx writes are in the folder. */
export function mainConfiguration(folder: string): string;
